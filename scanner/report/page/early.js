/* Before the list is read: with scripts it unrolls bit by bit. */
document.documentElement.classList.add("js");
