"""Tables: documents whose rows have named cells, for adding texts, training and replaying alike."""
