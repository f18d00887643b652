"""From untrusted text to nodes with lines: YAML, JSON, HCL. Bounded; every failure is an `UnreadableSourceError`."""
