"""34 invented plans in as many shapes, each with what a reader should find in it (NN-name.json)."""
