"""Evidence for auditors: which control is shown by what, and a signed archive that verifies without this software."""
