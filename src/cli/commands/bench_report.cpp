#include "cli/commands/bench_report.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/parts/csv.h"
#include "cli/parts/failure.h"
#include "cli/parts/printable.h"
#include "cli/parts/short_problem.h"
#include "cli/parts/table.h"
#include "cli/parts/tuning_text.h"

namespace rt3d::cli {
namespace {

using nlohmann::json;

std::string rate_text(std::int64_t macs, double ns) { return macs > 0 ? fixed(gflops(macs, ns), 1) : ""; }
std::string percent_text(std::int64_t macs, double ns, double peak) {
  return macs > 0 && peak > 0 ? fixed(percent_of_peak(macs, ns, peak), 1) : "";
}

std::string share_text(const ConvolutionShare& share, double peak) {
  if (share.direct_layers == 0) return join("none of ", share.layers, " multiplies directly");
  return join(share.direct_layers, " of ", share.layers, " multiply directly, ", duration(share.ns), ": ",
              percent_text(share.executed_macs, share.ns, peak), " % of peak on executed work, ",
              percent_text(share.useful_macs, share.ns, peak), " % without zero rows and columns");
}

std::string queue_text(const QueueUse& use) {
  return join("the device computes for ", duration(use.ns), " in ", use.layers,
              " layers, gaps between its kernels ", duration(use.gap_ns));
}

struct Column {
  const char* name;
  std::string (*text)(const BenchReport& report, const Layer& layer);
};
constexpr Column kColumns[] = {
    {"model", [](const BenchReport& r, const Layer&) { return r.model; }},
    {"threads", [](const BenchReport& r, const Layer&) { return std::to_string(r.threads); }},
    {"isa", [](const BenchReport& r, const Layer&) { return r.isa; }},
    {"name", [](const BenchReport&, const Layer& l) { return l.step.name; }},
    {"problem", [](const BenchReport&, const Layer& l) { return l.step.problem; }},
    {"family", [](const BenchReport&, const Layer& l) { return l.step.family; }},
    {"schedule", [](const BenchReport&, const Layer& l) { return l.step.schedule; }},
    {"source", [](const BenchReport&, const Layer& l) { return l.step.source; }},
    {"macs", [](const BenchReport&, const Layer& l) { return std::to_string(l.step.macs); }},
    {"ns", [](const BenchReport&, const Layer& l) { return fixed(l.ns, 0); }},
    {"gflops", [](const BenchReport&, const Layer& l) { return fixed(gflops(l.step.macs, l.ns), 3); }},
    {"percent_of_peak",
     [](const BenchReport& r, const Layer& l) {
       return fixed(percent_of_peak(l.step.macs, l.ns, peak_of(r, l)), 2);
     }},
    {"useful_macs", [](const BenchReport&, const Layer& l) { return std::to_string(l.step.useful_macs); }},
    {"executed_macs",
     [](const BenchReport&, const Layer& l) { return std::to_string(l.step.executed_macs); }},
    {"gap_ns", [](const BenchReport&, const Layer& l) { return fixed(l.gap_ns, 0); }},
    {"peak_gflops", [](const BenchReport& r, const Layer& l) { return fixed(peak_of(r, l), 3); }},
};

}  // namespace

ConvolutionShare convolution_share(const std::vector<Layer>& layers) {
  ConvolutionShare share;
  for (const Layer& layer : layers) {
    if (layer.step.problem.rfind("Conv ", 0) != 0) continue;
    ++share.layers;
    if (layer.step.executed_macs == 0) continue;
    ++share.direct_layers;
    share.useful_macs += layer.step.useful_macs;
    share.executed_macs += layer.step.executed_macs;
    share.ns += layer.ns;
  }
  return share;
}

QueueUse queue_use(const std::vector<Layer>& layers) {
  QueueUse use;
  for (const Layer& layer : layers) {
    if (layer.step.device_gflops <= 0) continue;
    ++use.layers;
    use.ns += layer.ns;
    use.gap_ns += layer.gap_ns;
    use.peak_gflops = layer.step.device_gflops;
  }
  return use;
}

double peak_of(const BenchReport& report, const Layer& layer) {
  return layer.step.device_gflops > 0 ? layer.step.device_gflops : report.peak_gflops;
}

double peak_of(const BenchReport& report) {
  const QueueUse use = queue_use(report.layers);
  return use.layers > 0 ? use.peak_gflops : report.peak_gflops;
}

double gflops(std::int64_t macs, double ns) { return ns > 0 ? 2 * static_cast<double>(macs) / ns : 0; }

double percent_of_peak(std::int64_t macs, double ns, double peak_gflops) {
  return peak_gflops > 0 ? 100 * gflops(macs, ns) / peak_gflops : 0;
}

void print_report(const BenchReport& report) {
  const QueueUse queue = queue_use(report.layers);
  const double peak = peak_of(report);
  // The column of gaps is there where a device computes.
  const auto row = [&](std::vector<std::string> cells, const std::string& gap) {
    if (queue.layers > 0) cells.insert(cells.begin() + 3, gap);
    return cells;
  };
  const auto micros = [](double ns) { return fixed(ns * 1e-3, 1); };
  Table table(queue.layers > 0 ? "llrrrrrl" : "llrrrrl");
  table.add(row({"layer", "family", "ms", "GFLOP/s", "% peak", "executed", "schedule"}, "gap us"));
  table.rule();
  double total_ns = 0;
  for (const Layer& layer : report.layers) {
    const std::int64_t macs = layer.step.macs;
    const double its_peak = peak_of(report, layer);
    table.add(row({short_problem(layer.step.problem), layer.step.family, fixed(layer.ns * 1e-6, 3),
                   rate_text(macs, layer.ns), percent_text(macs, layer.ns, its_peak),
                   percent_text(layer.step.executed_macs, layer.ns, its_peak),
                   layer.step.schedule + " (" + layer.step.source + ")"},
                  layer.step.device_gflops > 0 ? micros(layer.gap_ns) : ""));
    total_ns += layer.ns;
  }
  const std::int64_t macs = report.stats.macs;
  table.rule();
  table.add(row({"sum of the layers", "", fixed(total_ns * 1e-6, 3), rate_text(macs, total_ns),
                 percent_text(macs, total_ns, peak), "", ""},
                micros(queue.gap_ns)));
  table.add(row({"whole model, median", "", fixed(report.median_ns * 1e-6, 3),
                 rate_text(macs, report.median_ns), percent_text(macs, report.median_ns, peak), "", ""},
                ""));

  std::printf("%s: %s MACs, %d threads, accuracy %s, %s\n", printable(report.model).c_str(),
              millions(macs).c_str(), report.threads, report.accuracy.c_str(), report.device.c_str());
  std::printf("%s", table.text().c_str());
  std::printf("latency  median %s, P90 %s, minimum %s of %d runs; first run %s; load %s\n",
              duration(report.median_ns).c_str(), duration(report.p90_ns).c_str(),
              duration(report.min_ns).c_str(), report.runs,
              duration(static_cast<double>(report.first_run_ns)).c_str(),
              duration(static_cast<double>(report.load_ns)).c_str());
  std::printf("peak     %s GFLOP/s of fused multiply-adds, %s; %s %% reached on counted work\n",
              fixed(peak, 1).c_str(), queue.layers > 0 ? "the device" : report.isa.c_str(),
              fixed(percent_of_peak(macs, report.median_ns, peak), 1).c_str());
  if (queue.layers > 0) std::printf("queue    %s\n", queue_text(queue).c_str());
  const ConvolutionShare share = convolution_share(report.layers);
  if (share.layers > 0) std::printf("convs    %s\n", share_text(share, peak).c_str());
  std::printf("memory   %s; activations without reuse %s\n", memory_text(report.memory, report.stats).c_str(),
              bytes_text(report.stats.tensor_bytes).c_str());
  std::printf("tuning   %s; database %s\n", tuning_text(report.stats).c_str(),
              printable(report.database).c_str());
}

json report_json(const BenchReport& report) {
  json layers = json::array();
  for (const Layer& layer : report.layers) {
    const Step& step = layer.step;
    layers.push_back({{"name", step.name},
                      {"problem", step.problem},
                      {"family", step.family},
                      {"schedule", step.schedule},
                      {"source", step.source},
                      {"macs", step.macs},
                      {"ns", layer.ns},
                      {"gflops", gflops(step.macs, layer.ns)},
                      {"percent_of_peak", percent_of_peak(step.macs, layer.ns, peak_of(report, layer))},
                      {"peak_gflops", peak_of(report, layer)},
                      {"on_device", step.device_gflops > 0},
                      {"gap_ns", layer.gap_ns},
                      {"useful_macs", step.useful_macs},
                      {"executed_macs", step.executed_macs}});
    if (step.executed_macs > 0)
      layers.back()["percent_of_peak_executed"] =
          percent_of_peak(step.executed_macs, layer.ns, peak_of(report, layer));
  }
  const ConvolutionShare share = convolution_share(report.layers);
  const std::int64_t macs = report.stats.macs;
  const double peak = peak_of(report);
  const QueueUse queue = queue_use(report.layers);
  return {{"model", report.model},
          {"device", report.device},
          {"isa", report.isa},
          {"threads", report.threads},
          {"accuracy", report.accuracy},
          {"runs", report.runs},
          {"machine_load", report.machine_load},
          {"median_ns", report.median_ns},
          {"p90_ns", report.p90_ns},
          {"min_ns", report.min_ns},
          {"first_run_ns", report.first_run_ns},
          {"load_ns", report.load_ns},
          {"peak_memory_bytes", report.memory.peak_bytes},
          {"memory", memory_json(report.memory, report.stats)},
          {"peak_gflops", peak},
          {"queue", {{"layers", queue.layers}, {"ns", queue.ns}, {"gap_ns", queue.gap_ns}}},
          {"macs", macs},
          {"gflops", gflops(macs, report.median_ns)},
          {"percent_of_peak", percent_of_peak(macs, report.median_ns, peak)},
          {"convolutions",
           {{"layers", share.layers},
            {"direct_layers", share.direct_layers},
            {"executed_macs", share.executed_macs},
            {"ns", share.ns},
            {"percent_of_peak_executed", percent_of_peak(share.executed_macs, share.ns, peak)}}},
          {"arena_bytes", report.stats.arena_bytes},
          {"tensor_bytes", report.stats.tensor_bytes},
          {"packed_weight_bytes", report.stats.packed_weight_bytes},
          {"device_arena_bytes", report.stats.device_arena_bytes},
          {"device_weight_bytes", report.stats.device_weight_bytes},
          {"database", report.database},
          {"tuning", tuning_json(report.stats)},
          {"layers", layers}};
}

void print_csv(const BenchReport& report, bool header) {
  const auto print = [](const auto& text_of) {
    std::vector<std::string> fields;
    for (const Column& column : kColumns) fields.push_back(printable(text_of(column)));
    std::fputs(csv_line(fields).c_str(), stdout);
  };
  if (header) print([](const Column& column) { return column.name; });
  for (const Layer& layer : report.layers)
    print([&](const Column& column) { return column.text(report, layer); });
}

}  // namespace rt3d::cli
