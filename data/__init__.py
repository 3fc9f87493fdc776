"""What we know: tables, readers and words. Imports nothing of ours, never reads the clock, never sends."""
