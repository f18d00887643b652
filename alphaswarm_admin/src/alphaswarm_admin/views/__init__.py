"""From the ledger's records to what goes over the wire. Pure."""
