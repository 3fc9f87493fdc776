"""How time becomes messages. Knows no capability; start reading at tick.tick()."""
