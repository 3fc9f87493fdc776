"""Alembic's home: versions/ holds one numbered file per change of the schema, env.py connects them to the models.

A new one: `python -m data.migrations "what changes"`, then read what it wrote. Run by data.upgrade.upgrade().
"""
