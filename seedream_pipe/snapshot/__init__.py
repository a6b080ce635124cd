"""The project's files as a plan may see them: tables, templates, reference pictures. Reads only."""
