"""Builds images for several platforms with what a machine has: buildx, or buildah where there is no Docker."""
