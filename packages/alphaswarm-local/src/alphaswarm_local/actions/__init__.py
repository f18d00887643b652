"""The Actions runner: reads workflow files, evaluates their expressions, executes their runs.

It knows nothing of HTTP and of how GitHub's state is kept: what it needs of GitHub it asks of a `ControlPlane`
(`seam.control_plane`), and what happens it reports there. `engine.Engine` is where a run begins.

    seam         what is asked of GitHub and told to it, as data and one protocol
    expressions  GitHub's expression language
    workflow     the model of workflow and action files; strict
    engine       one run: graph, matrix, jobs, steps, commands, concurrency
    builtin      stand-ins for the actions that need GitHub's own services
"""
