"""Reviewed messages as pages in their platform's look.  They are likenesses: only the platform shows the platform."""
