"""From a sentence to a meaning: pure functions of sentence, lexicon and time.

Order: normalize, segment, slots (with dates), match. Nothing here knows the database, the clock or a capability.
"""
