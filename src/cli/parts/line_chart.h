// Line charts as a self-contained SVG file.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace rt3d::cli {

struct ChartSeries {
  std::string name;    // series of one name share an entry of the legend
  std::string colour;  // "#30638e"
  std::string dash;    // SVG's stroke-dasharray; "": solid
  std::vector<std::pair<double, double>> points;
};

struct LineChart {
  std::string title, x_title, y_title;
  std::vector<ChartSeries> series;
};

// A page of charts, row by row, with one legend below them. Axes start at 0. Texts are escaped.
std::string svg_page(const std::vector<std::vector<LineChart>>& rows, const std::string& heading);

}  // namespace rt3d::cli
