// Of main.js what a form needs that has to be there at once: the frame, its keys and the fields. No queue, no ticket's page.
import "./first.js";
import "./dialogs.js";
import "./requests.js";
import "./toasts.js";
import "./keys.js";
import "./palette.js";
import "./countdown.js";
import "./pieces.js";
import "./keeps.js";
import "./calling.js";
import "./letters.js";
