/**
 * The pairing of rows and columns with the least sum of costs, in which every row or every column has a
 * partner (Hungarian method, shortest augmenting paths): n² m steps.
 */
export function cheapestPairs(
  costs: readonly (readonly number[])[],
): readonly (readonly [number, number])[] {
  const [rows, columns] = [costs.length, costs[0]?.length ?? 0];
  if (rows > columns) {
    const turned = Array.from({ length: columns }, (_, column) =>
      costs.map((row) => row[column] ?? 0),
    );
    return cheapestPairs(turned).map(([column, row]) => [row, column]);
  }
  /** Counted from 1; 0 is the row that looks for a column, and no column. */
  const holder = filled(columns + 1, 0);
  const rowPrice = filled(rows + 1, 0);
  const columnPrice = filled(columns + 1, 0);
  for (let row = 1; row <= rows; row++) {
    holder[0] = row;
    const came = freePath(costs, holder, rowPrice, columnPrice);
    for (let column = came.end; column !== 0; ) {
      const before = came.from[column] ?? 0;
      holder[column] = holder[before] ?? 0;
      column = before;
    }
  }
  return holder.flatMap((row, column) =>
    column > 0 && row > 0 ? [[row - 1, column - 1] as const] : [],
  );
}

// Private

function filled(length: number, value: number): number[] {
  return Array.from({ length }, () => value);
}

/** The cheapest way from the row of column 0 to a column that nobody holds. */
function freePath(
  costs: readonly (readonly number[])[],
  holder: readonly number[],
  rowPrice: number[],
  columnPrice: number[],
): { readonly end: number; readonly from: readonly number[] } {
  const from = filled(holder.length, 0);
  const least = filled(holder.length, Number.POSITIVE_INFINITY);
  const isUsed = holder.map(() => false);
  let at = 0;
  while (at === 0 || holder[at] !== 0) {
    isUsed[at] = true;
    const row = holder[at] ?? 0;
    let [delta, next] = [Number.POSITIVE_INFINITY, 0];
    for (let column = 1; column < holder.length; column++) {
      if (isUsed[column]) continue;
      const cost =
        (costs[row - 1]?.[column - 1] ?? 0) - (rowPrice[row] ?? 0) - (columnPrice[column] ?? 0);
      if (cost < (least[column] ?? 0)) {
        least[column] = cost;
        from[column] = at;
      }
      if ((least[column] ?? 0) < delta) [delta, next] = [least[column] ?? 0, column];
    }
    for (let column = 0; column < holder.length; column++) {
      if (isUsed[column]) {
        rowPrice[holder[column] ?? 0] = (rowPrice[holder[column] ?? 0] ?? 0) + delta;
        columnPrice[column] = (columnPrice[column] ?? 0) - delta;
      } else least[column] = (least[column] ?? 0) - delta;
    }
    at = next;
  }
  return { end: at, from };
}
