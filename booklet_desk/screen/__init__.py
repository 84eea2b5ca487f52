"""The desk in a browser: one screen that follows a call, and what else an operator asks."""
