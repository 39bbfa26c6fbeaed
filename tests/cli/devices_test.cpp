// rt3d devices, and --device with a number.
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "cli/shell.h"
#include "skip.h"
#include "with_env.h"

TEST_SUITE_BEGIN("cli");

namespace rt3d::cli {

using nlohmann::json;

TEST_CASE("devices lists what --device may name, in 80 columns and as JSON") {
  const Shell shell;
  const Result table = shell.rt3d("devices");
  CAPTURE(table.out);
  CHECK(table.exit_code == 0);
  CHECK(table.err.empty());
  CHECK(holds(table.out, "\n  cpu "));
  CHECK(holds(table.out, "\n  reference "));
  std::istringstream lines(table.out);
  for (std::string line; std::getline(lines, line);)
    if (!line.starts_with("no opencl: ")) CHECK(line.size() <= 80);
  const Result all = shell.rt3d("devices --json");
  REQUIRE(all.exit_code == 0);
  const json devices = json::parse(all.out)["devices"];
  REQUIRE(devices.size() >= 3);
  CHECK(devices[0]["name"] == "cpu");
  CHECK(devices[1]["name"] == "reference");
  for (const json& device : devices) {
    CAPTURE(device.dump());
    const std::string name = device["name"];
    CHECK(device["available"] == device["why_not"].get<std::string>().empty());
    CHECK(device["available"] == !device["text"].get<std::string>().empty());
    CHECK_FALSE(device["meaning"].get<std::string>().empty());
    CHECK(device["multiply_adds_per_ns"].is_null());  // nobody has measured it
    CHECK(holds(table.out, (device["available"] ? "\n  " + name + " " : "\nno " + name + ": ")));
  }
}

TEST_CASE("devices --measure says what accelerators can do") {
  const Shell shell;
  const Result all = shell.rt3d("devices --measure --json");
  REQUIRE(all.exit_code == 0);
  const json devices = json::parse(all.out)["devices"];
  int accelerators = 0;
  for (const json& device : devices) {
    const bool accelerator = device["available"] && device["name"].get<std::string>().starts_with("opencl:");
    accelerators += accelerator;
    for (const char* rate : {"multiply_adds_per_ns", "bytes_per_ns", "launch_ns"})
      CHECK((device[rate] > 0) == accelerator);
  }
  if (accelerators == 0) RT3D_SKIP("no OpenCL device on this machine");
}

TEST_CASE(
    "a machine without OpenCL lists no device of it and says why in one line; to ask for one is a failure") {
  const Shell shell;
  const WithEnv library("RT3D_OPENCL_LIBRARY", "/no/such/libOpenCL.so");
  const Result table = shell.rt3d("devices");
  CAPTURE(table.out);
  CHECK(table.exit_code == 0);
  CHECK(table.err.empty());
  CHECK_FALSE(holds(table.out, "opencl:0"));
  const std::size_t at = table.out.find("\nno opencl: ");
  REQUIRE(at != std::string::npos);
  CHECK(table.out.find('\n', at + 1) == table.out.size() - 1);
  const std::string why = table.out.substr(at + 12, table.out.size() - at - 13);
  for (const char* device : {"opencl", "opencl:1"}) {
    const Result run = shell.rt3d("run " + shell.small_model() + " --device " + device);
    CAPTURE(run.err);
    CHECK(run.exit_code == 1);
    CHECK(holds(run.err, why));
    CHECK(std::count(run.err.begin(), run.err.end(), '\n') == 1);
  }
}

TEST_CASE("--device takes a number where there are several, and refuses one elsewhere as wrong usage") {
  const Shell shell;
  for (const char* device : {"cpu:1", "opencl:x"}) {
    const Result run = shell.rt3d("run " + shell.small_model() + " --device " + device);
    CAPTURE(run.err);
    CHECK(run.exit_code == 2);
    CHECK(holds(run.err, "known are 'cpu', 'reference', 'opencl', and 'auto' alone"));
  }
  if (!holds(shell.rt3d("devices").out, "opencl:0")) RT3D_SKIP("this machine has no OpenCL device");
  const Result plan = shell.rt3d("plan " + shell.small_model() + " --tune off --device opencl:0");
  CAPTURE(plan.err);
  CHECK(plan.exit_code == 0);
  CHECK(holds(plan.out, ".cl"));
  const Result beyond = shell.rt3d("plan " + shell.small_model() + " --tune off --device opencl:99");
  CHECK(beyond.exit_code == 1);
  CHECK(holds(beyond.err, "there is no device 'opencl:99'; 'opencl:0' is "));
}

TEST_CASE(
    "bench on a device shows its own peak, gaps of its queue and its memory, and on the CPU none of them") {
  const Shell shell;
  const std::string bench =
      "bench " + shell.small_model() + " --runs 2 --warmup 1 --tune off --threads 1 --device ";
  const json cpu = json::parse(shell.rt3d(bench + "cpu --json").out);
  CHECK(cpu["queue"]["layers"] == 0);
  CHECK(cpu["queue"]["gap_ns"] == 0);
  CHECK(cpu["device_arena_bytes"] == 0);
  CHECK(cpu["memory"]["device_weight_bytes"] == 0);
  for (const json& layer : cpu["layers"]) {
    CHECK_FALSE(layer["on_device"]);
    CHECK(layer["peak_gflops"] == cpu["peak_gflops"]);
    CHECK(layer["gap_ns"] == 0);
  }
  CHECK_FALSE(holds(shell.rt3d(bench + "cpu").out, "gap us"));
  if (!holds(shell.rt3d("devices").out, "opencl:0")) RT3D_SKIP("this machine has no OpenCL device");

  const Result result = shell.rt3d(bench + "opencl --json");
  CAPTURE(result.err);
  REQUIRE(result.exit_code == 0);
  const json device = json::parse(result.out);
  CHECK(device["queue"]["layers"] > 0);
  CHECK(device["device_arena_bytes"] > 0);
  CHECK(device["device_arena_bytes"] <= device["arena_bytes"]);
  CHECK(device["memory"]["device_weight_bytes"] > 0);
  double ns = 0, gap_ns = 0;
  int layers = 0;
  for (const json& layer : device["layers"]) {
    CAPTURE(layer.dump());
    CHECK(layer["ns"] > 0);
    CHECK(layer["gap_ns"] >= 0);
    CHECK(layer["peak_gflops"] > 0);
    if (!layer["on_device"]) continue;
    ++layers;
    ns += layer["ns"].get<double>();
    gap_ns += layer["gap_ns"].get<double>();
    CHECK(layer["peak_gflops"] == device["peak_gflops"]);
  }
  CHECK(device["queue"]["layers"] == layers);
  CHECK(device["queue"]["ns"].get<double>() == doctest::Approx(ns));
  CHECK(device["queue"]["gap_ns"].get<double>() == doctest::Approx(gap_ns));
  const std::string table = shell.rt3d(bench + "opencl").out;
  for (const char* part : {"gap us", "\nqueue    the device computes for ",
                           "GFLOP/s of fused multiply-adds, the device;", "; on the device "}) {
    CAPTURE(part);
    CHECK(holds(table, part));
  }
  CHECK(holds(shell.rt3d("info " + shell.small_model() + " --device opencl").out,
              "of these, in the device's memory: "));
  CHECK(holds(shell.rt3d(bench + "opencl --csv").out, ",gap_ns,peak_gflops\n"));
  CHECK(holds(shell.rt3d("bench --help").out, "gap us "));
}

}  // namespace rt3d::cli

TEST_SUITE_END();
