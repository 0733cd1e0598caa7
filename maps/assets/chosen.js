// How the chosen camera is drawn. It decides nothing.

/**
 * Paint the view of the chosen camera, and the street that it alone sees.
 * @param {CanvasRenderingContext2D} context
 * @param {CanvasView} view
 * @param {Colours} colours
 * @param {{view: Path2D, dark: Path2D}} chosen
 * @param {number} width
 */
export function paintChosen(context, view, colours, chosen, width) {
  const pixel = view.pixels / view.k;
  view.toGrid(context);
  context.lineJoin = "round";
  context.lineCap = "round";
  context.fillStyle = context.strokeStyle = colours.camera;
  context.globalAlpha = 0.22;
  context.fill(chosen.view);
  context.globalAlpha = 1;
  context.lineWidth = 1.6 * pixel;
  context.stroke(chosen.view);
  context.strokeStyle = colours.paper;
  context.lineWidth = (1.5 * width + 5) * pixel;
  context.stroke(chosen.dark);
  context.strokeStyle = colours.inkUnseen;
  context.lineWidth = (1.5 * width + 2) * pixel;
  context.stroke(chosen.dark);
}
