// How the search ranks: the weights of Sphinx, but decisions and reference come after the pages that explain.
const LATER = { "adr/": 20, "reference/": 6, "benchmarks/": 10, "readme": 20 };

var Scorer = {
  score: ([page, , , , score]) => {
    const place = Object.keys(LATER).find((start) => page.startsWith(start));
    return place ? score - LATER[place] : score;
  },
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
