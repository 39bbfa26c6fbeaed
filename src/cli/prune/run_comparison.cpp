#include "cli/prune/run_comparison.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "cli/parts/csv.h"
#include "cli/parts/failure.h"
#include "cli/parts/line_chart.h"
#include "cli/parts/printable.h"
#include "cli/parts/table.h"
#include "cli/prune/recipe.h"

namespace rt3d::cli {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

constexpr const char* kSeriesColours[] = {"#30638e", "#d1495b", "#edae49", "#4c956c",
                                          "#9a8c98", "#6a4c93", "#2f2f2f"};
constexpr const char* kSeriesDashes[] = {"", "5 3", "2 2"};  // when all colours were taken

std::string words_of(const RunPoint& point) {
  return point.schemes.empty() ? point.method : point.method + " " + point.schemes;
}

// The models of one run, the dense one first.
std::vector<RunPoint> points_of(const fs::path& run, const std::string& name) {
  const json recipe = read_json(run / "recipe.json"), result = read_json(run / "result.json");
  std::vector<RunPoint> points;
  try {
    for (const json& model : result.at("models")) {
      if (model.at("accuracy") != "default") continue;
      const bool pruned = model.at("name") == "pruned";
      const json& top1 = model.at("top1");
      points.push_back(
          {.run = name,
           .method = pruned ? recipe.at("method").get<std::string>() : model.at("name").get<std::string>(),
           .schemes = pruned ? recipe.at("scheme").get<std::string>() : "",
           .rate = pruned ? result.at("rate").get<double>() : 1,
           .top1 = top1.at("share"),
           .lower = top1.at("lower"),
           .upper = top1.at("upper"),
           .ms = model.at("run_ns").get<double>() / 1e6 / model.at("batch").get<double>()});
    }
  } catch (const json::exception& error) {
    throw Failure(join((run / "result.json").string(), " is no result of rt3d-prune: ", error.what()));
  }
  return points;
}

std::string percent_of(double share) { return fixed(100 * share, 1) + " %"; }

}  // namespace

std::vector<RunPoint> read_runs(const fs::path& folder) {
  std::vector<fs::path> runs;
  const auto look = [&](const fs::path& place) {
    std::error_code none;
    if (fs::exists(place / "result.json", none) && fs::exists(place / "recipe.json", none))
      runs.push_back(place);
  };
  look(folder);
  std::error_code error;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder, error))
    if (std::error_code none; entry.is_directory(none)) look(entry.path());
  if (error) throw Failure(join("cannot read ", folder.string(), ": ", error.message()));
  if (runs.empty())
    throw UsageError(join("there is no finished run in ", folder.string(),
                          ": give a folder that --run named, or one with several of them"));
  std::ranges::sort(runs);
  std::vector<RunPoint> all;
  for (const fs::path& run : runs) {
    const fs::path relative = run.lexically_relative(folder);
    for (RunPoint& point :
         points_of(run, relative == "." ? run.lexically_normal().filename().string() : relative.string())) {
      const auto same = [&](const RunPoint& other) {
        return point.method == "dense" && other.method == "dense" && other.top1 == point.top1;
      };
      if (std::ranges::none_of(all, same)) all.push_back(std::move(point));
    }
  }
  return all;
}

json json_of(const std::vector<RunPoint>& points) {
  json rows = json::array();
  for (const RunPoint& point : points)
    rows.push_back({{"run", point.run},
                    {"method", point.method},
                    {"groups", point.schemes},
                    {"rate", point.rate},
                    {"top1", point.top1},
                    {"lower", point.lower},
                    {"upper", point.upper},
                    {"ms", point.ms}});
  return {{"models", rows}};
}

std::string runs_csv(const std::vector<RunPoint>& points) {
  std::string text = csv_line({"run", "method", "groups", "rate", "top1", "lower", "upper", "ms"});
  for (const RunPoint& point : points)
    text += csv_line({point.run, point.method, point.schemes, join(point.rate), join(point.top1),
                      join(point.lower), join(point.upper), join(point.ms)});
  return text;
}

std::string runs_table(const std::vector<RunPoint>& points) {
  Table table("lllrrrr");
  table.add({"run", "method", "groups", "rate", "top-1", "95 %", "ms a clip"});
  table.rule();
  for (const RunPoint& point : points)
    table.add({printable(point.run), point.method, point.schemes, fixed(point.rate, 2),
               percent_of(point.top1), percent_of(point.lower) + " to " + percent_of(point.upper),
               fixed(point.ms, 3)});
  return table.text();
}

std::string runs_svg(const std::vector<RunPoint>& points, const std::string& heading) {
  LineChart chart{
      .title = "Accuracy against time", .x_title = "ms a clip", .y_title = "top-1, %", .series = {}};
  std::map<std::string, std::size_t> index;
  for (const RunPoint& point : points) {
    const auto [found, fresh] = index.try_emplace(words_of(point), chart.series.size());
    if (fresh) {
      const std::size_t number = chart.series.size();
      chart.series.push_back(
          {.name = found->first,
           .colour = kSeriesColours[number % std::size(kSeriesColours)],
           .dash = kSeriesDashes[number / std::size(kSeriesColours) % std::size(kSeriesDashes)],
           .points = {}});
    }
    chart.series[found->second].points.emplace_back(point.ms, 100 * point.top1);
  }
  for (ChartSeries& series : chart.series) std::ranges::sort(series.points);
  return svg_page({{chart}}, heading);
}

}  // namespace rt3d::cli
