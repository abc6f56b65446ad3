package dev.windlass.tlog;

import java.util.List;

/**
 * What {@link TileEdge#grow} made of new leaves.
 *
 * @param tiles to be stored before the new tree is shown to anybody; in any order
 * @param edge of the new tree
 */
public record TileGrowth(List<Tile> tiles, TileEdge edge) {
  public TileGrowth {
    tiles = List.copyOf(tiles);
  }
}
