"""The operations, one module an area. They ask the core and give what it says a form; rules live in the core."""
