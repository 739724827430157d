"""What a reader wrote of a taste, and what it says of a text before any judgement."""
