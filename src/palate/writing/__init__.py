"""Writing for one reader: drafts are written by a model, valued by a taste, and the best is kept."""
