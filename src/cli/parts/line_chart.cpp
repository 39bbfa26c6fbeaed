#include "cli/parts/line_chart.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "cli/parts/table.h"

namespace rt3d::cli {
namespace {

constexpr double kPanelWidth = 340, kPanelHeight = 260;
constexpr double kLeft = 52, kRight = 14, kTop = 30, kBottom = 44;  // margins inside a panel
constexpr double kHeading = 34, kLegendLine = 20, kLegendEntry = 150;

std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    const char* entity = c == '<'   ? "&lt;"
                         : c == '>' ? "&gt;"
                         : c == '&' ? "&amp;"
                         : c == '"' ? "&quot;"
                                    : nullptr;
    if (entity)
      result += entity;
    else
      result += c;
  }
  return result;
}

std::string number(double value) { return fixed(value, 1); }

// A step of 1, 2 or 5 times a power of ten that gives about five of them.
double tick_step(double most) {
  const double rough = std::max(most, 1e-9) / 5;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0})
    if (factor * power >= rough) return factor * power;
  return 10 * power;
}

class Page {
 public:
  void text(double x, double y, const std::string& words, const char* how) {
    svg_ +=
        "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" " + how + ">" + escaped(words) + "</text>\n";
  }
  void line(double x1, double y1, double x2, double y2, const std::string& colour, const std::string& dash,
            const char* width) {
    svg_ += "<line x1=\"" + number(x1) + "\" y1=\"" + number(y1) + "\" x2=\"" + number(x2) + "\" y2=\"" +
            number(y2) + "\" stroke=\"" + escaped(colour) + "\" stroke-width=\"" + width + "\"" +
            dashes(dash) + "/>\n";
  }
  void polyline(const std::vector<std::pair<double, double>>& points, const ChartSeries& series) {
    svg_ += "<polyline fill=\"none\" stroke=\"" + escaped(series.colour) + "\" stroke-width=\"1.8\"" +
            dashes(series.dash) + " points=\"";
    for (const auto& [x, y] : points) svg_ += number(x) + "," + number(y) + " ";
    svg_ += "\"/>\n";
    for (const auto& [x, y] : points)
      svg_ += "<circle cx=\"" + number(x) + "\" cy=\"" + number(y) + "\" r=\"2.2\" fill=\"" +
              escaped(series.colour) + "\"/>\n";
  }
  std::string finish(double width, double height) const {
    return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + number(width) + "\" height=\"" +
           number(height) + "\" viewBox=\"0 0 " + number(width) + " " + number(height) +
           "\" font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" "
           "fill=\"white\"/>\n" +
           svg_ + "</svg>\n";
  }

 private:
  static std::string dashes(const std::string& dash) {
    return dash.empty() ? "" : " stroke-dasharray=\"" + escaped(dash) + "\"";
  }
  std::string svg_;
};

void draw(Page& page, const LineChart& chart, double left, double top) {
  double most_x = 0, most_y = 0;
  for (const ChartSeries& series : chart.series)
    for (const auto& [x, y] : series.points) {
      most_x = std::max(most_x, x);
      most_y = std::max(most_y, y);
    }
  const double step_x = tick_step(most_x), step_y = tick_step(most_y);
  most_x = std::max(most_x, step_x) * 1.03;
  most_y = std::max(most_y, step_y) * 1.05;
  const double x0 = left + kLeft, x1 = left + kPanelWidth - kRight;
  const double y0 = top + kPanelHeight - kBottom, y1 = top + kTop;
  const auto at_x = [&](double x) { return x0 + (x1 - x0) * x / most_x; };
  const auto at_y = [&](double y) { return y0 + (y1 - y0) * y / most_y; };
  for (int i = 0; i * step_x <= most_x; ++i) {
    page.line(at_x(i * step_x), y0, at_x(i * step_x), y0 + 4, "#444444", "", "1");
    page.text(at_x(i * step_x), y0 + 16, fixed(i * step_x, step_x < 1 ? 1 : 0), "text-anchor=\"middle\"");
  }
  for (int i = 0; i * step_y <= most_y; ++i) {
    page.line(x0, at_y(i * step_y), x1, at_y(i * step_y), "#dddddd", "", "1");
    page.text(x0 - 6, at_y(i * step_y) + 4, fixed(i * step_y, step_y < 1 ? 1 : 0), "text-anchor=\"end\"");
  }
  page.line(x0, y0, x1, y0, "#444444", "", "1");
  page.line(x0, y0, x0, y1, "#444444", "", "1");
  page.text((x0 + x1) / 2, y0 + 34, chart.x_title, "text-anchor=\"middle\"");
  page.text(x0, y1 - 10, chart.title, "font-weight=\"bold\"");
  const std::string turned = "text-anchor=\"middle\" transform=\"rotate(-90 " + number(left + 14) + " " +
                             number((y0 + y1) / 2) + ")\"";
  page.text(left + 14, (y0 + y1) / 2, chart.y_title, turned.c_str());
  for (const ChartSeries& series : chart.series) {
    std::vector<std::pair<double, double>> points;
    for (const auto& [x, y] : series.points) points.emplace_back(at_x(x), at_y(y));
    page.polyline(points, series);
  }
}

// One series per name, in the order of their first appearance.
std::vector<ChartSeries> legend_of(const std::vector<std::vector<LineChart>>& rows) {
  std::vector<ChartSeries> entries;
  for (const auto& row : rows)
    for (const LineChart& chart : row)
      for (const ChartSeries& series : chart.series)
        if (std::none_of(entries.begin(), entries.end(),
                         [&](const ChartSeries& e) { return e.name == series.name; }))
          entries.push_back(series);
  return entries;
}

}  // namespace

std::string svg_page(const std::vector<std::vector<LineChart>>& rows, const std::string& heading) {
  std::size_t columns = 1;
  for (const auto& row : rows) columns = std::max(columns, row.size());
  const double width = kPanelWidth * static_cast<double>(columns);
  Page page;
  page.text(kLeft, 22, heading, "font-size=\"13\"");
  double top = kHeading;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i)
      draw(page, row[i], kPanelWidth * static_cast<double>(i), top);
    top += kPanelHeight;
  }
  double x = kLeft;
  for (const ChartSeries& entry : legend_of(rows)) {
    if (x + kLegendEntry > width && x > kLeft) {
      x = kLeft;
      top += kLegendLine;
    }
    page.line(x, top + 6, x + 26, top + 6, entry.colour, entry.dash, "1.8");
    page.text(x + 32, top + 10, entry.name, "");
    x += kLegendEntry;
  }
  return page.finish(width, top + kLegendLine + 6);
}

}  // namespace rt3d::cli
