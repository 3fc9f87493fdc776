"""How a message becomes an answer. Knows no capability; start reading at dispatch.answer()."""
