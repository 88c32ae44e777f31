/**
 * Words that carry no content: `featurize` gives them less weight. The list takes the place of an inverse document frequency and is
 * fixed, so that vectors of all services and versions can be compared. On BANKING77
 * test accuracy with this list, with an IDF fitted on all training rows, with neither: base .497 .490 .485; ten nearest
 * of 1,700 examples .784 .742 .736; LoRA on those .82 for all three.
 */
export const functionWords: readonly string[] = `
a an the i my me mine we our us you your yours it its he she his her they them their
is am are was were be been being do does did doing done have has had having s t m d re ve ll
don doesn didn isn aren wasn weren haven hasn hadn won wouldn couldn shouldn ain
to of in on at for from by with as into onto about up out off over and or but if then so because since
that this these those there here what whats why how when where which who whom whose
can could cant would will wont shall should may might must dont doesnt didnt isnt im ive
not no yes please help hi hello hey ok okay thanks thank just also too very really still get got getting any some
want wanted need needed like know tell see think sure try trying tried let way thing something anything
`
  .trim()
  .split(/\s+/)
