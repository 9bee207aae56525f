"""The register becomes a file: import files and templates."""
