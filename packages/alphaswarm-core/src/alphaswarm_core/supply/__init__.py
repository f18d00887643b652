"""Images that can be trusted: what they are made of, who made them, and whether that is who may."""
