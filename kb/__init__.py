"""What the organisation knows: articles and their life, and how they are found."""
