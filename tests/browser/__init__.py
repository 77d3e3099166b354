"""The board in a real Chromium: the program runs, its pages are opened, and what a person would see is looked at."""
