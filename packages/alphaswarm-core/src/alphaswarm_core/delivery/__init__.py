"""How a change gets to where it runs: builds that deploy; packages and their index."""
