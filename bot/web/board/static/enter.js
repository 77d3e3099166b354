// Whoever opens a link of their own in a browser has meant to: the button is pressed for them.
"use strict";

document.getElementById("enter").requestSubmit();
