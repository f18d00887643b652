"""AlphaSwarm Delivery, the local cloud: an embedded AWS that rehearsals run against."""

__version__ = "0.1.0"
