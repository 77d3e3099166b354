"""Status pages of every platform, as a web of our own on this machine: what each host answers, and what is found there.

The answers are ours, made after the documentation, the source code and others' clients that docs/formats.md names;
what the HTML of a page begins with is said, with where it is known from, beside each.
"""
