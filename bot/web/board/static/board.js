// What the board does when scripts run: it keeps itself current.
