"""The only doors to outside services."""
