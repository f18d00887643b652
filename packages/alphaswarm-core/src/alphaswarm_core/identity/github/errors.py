"""What can be wrong with a description of GitHub's identities."""

from alphaswarm_core.errors import UsageError


class GithubNameError(UsageError):
    """A name, id, ref or path is not one that GitHub can have."""

    code = "AS-GH-001"
    summary = "A GitHub name, id, ref or path cannot exist"


class ImpossibleJobError(UsageError):
    """The parts of a job contradict each other: GitHub never runs such a job."""

    code = "AS-GH-002"
    summary = "GitHub cannot run a job like this"


class SubjectSyntaxError(UsageError):
    """A text is not a subject that GitHub can mint."""

    code = "AS-GH-003"
    summary = "A text is not a subject of a GitHub token"


class SubjectTemplateError(UsageError):
    """A customisation of the subject claim is not one that GitHub takes."""

    code = "AS-GH-004"
    summary = "A subject template names unknown or repeated claims"


class ClaimTypeError(UsageError):
    """A claim that AWS would compare is not text."""

    code = "AS-GH-005"
    summary = "A claim has a type that GitHub never gives it"
