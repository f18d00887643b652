"""A report as text, JSON and SARIF, and the rules as a page."""
