"""Who may do what: sessions, the exchange of tokens for them, and the policies that each of their calls is held to."""
