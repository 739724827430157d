"""Reference lists -> texts, one per reference: its title and abstract. One file per format."""
