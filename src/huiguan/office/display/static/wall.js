// The wall turns by itself: a group of products every twelve seconds, with a bar that shows when.
import "./live.js";

const TURN_MS = 12000;
const groups = [...document.querySelectorAll("[data-group]")];
const bar = document.querySelector(".turning");

function turn(number) {
  groups.forEach((group, place) => { group.hidden = place !== number; });
  bar.classList.remove("moves");
  void bar.offsetWidth; // begin the bar again
  bar.classList.add("moves");
  setTimeout(turn, TURN_MS, (number + 1) % groups.length);
}

turn(Math.max(0, groups.findIndex((group) => !group.hidden)));
