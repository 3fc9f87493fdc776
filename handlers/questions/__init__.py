"""转给书记: questions that found no answer, and what 书记 answered. Start at passing.py, then answering.py.

likeness.py decides whether a question is one that was answered before; data/questions.py has the queries.
"""

from handlers.questions import answering, passing
from handlers.questions.heard import ANSWERED, ANSWERED_UNNAMED, PASSED, TAKEN_BACK, talk

__all__ = ["answering", "passing", "pushes", "talk"]

pushes = (PASSED, ANSWERED, ANSWERED_UNNAMED, TAKEN_BACK)
