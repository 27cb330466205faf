/** Call `act` once what was put into the page is painted. */
export const afterPaint = (act) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(act)));
