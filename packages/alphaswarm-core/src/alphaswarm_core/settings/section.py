"""What all tables of `alphaswarm.toml` have in common."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """A table. Unknown keys are refused: a misspelt one must not be ignored."""

    model_config = ConfigDict(frozen=True, extra="forbid")
