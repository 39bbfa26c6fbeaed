#include "cli/parts/session_options.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <thread>

#include "cli/parts/failure.h"
#include "cli/parts/interruption.h"
#include "cli/parts/number_option.h"
#include "cli/parts/progress.h"
#include "cli/parts/table.h"

namespace rt3d::cli {
namespace {

constexpr rt3d_tuning kTunings[] = {RT3D_TUNE_OFF, RT3D_TUNE_QUICK, RT3D_TUNE_FULL, RT3D_TUNE_BACKGROUND,
                                    RT3D_TUNE_LATER};
constexpr const char* kTuningNames[] = {"off", "quick", "full", "background", "later"};

rt3d_tuning tuning_of(const std::string& name) {
  for (std::size_t i = 0; i < std::size(kTunings); ++i) {
    if (name == kTuningNames[i]) return kTunings[i];
  }
  throw UsageError("--tune " + name + " is not known: use off, quick, full or background");
}

std::vector<std::int64_t> parse_dims(const std::string& text) {
  std::vector<std::int64_t> dims;
  const char* at = text.c_str();
  for (;;) {
    char* end = nullptr;
    const long long size = std::strtoll(at, &end, 10);
    const bool more = *end == ',' || *end == 'x';
    if (end == at || size < 1 || (!more && *end != '\0') || dims.size() == 8) {
      throw UsageError("--shape " + text + " is not understood: give NAME=1,3,16,112,112");
    }
    dims.push_back(size);
    if (!more) return dims;
    at = end + 1;
  }
}

const TensorInfo* find(const std::vector<TensorInfo>& tensors, const std::string& name) {
  const auto found =
      std::find_if(tensors.begin(), tensors.end(), [&](const TensorInfo& t) { return t.name == name; });
  return found == tensors.end() ? nullptr : &*found;
}

// The name as a shell takes it.
std::string shell_word(const std::string& name) {
  const bool plain = name.find_first_of(" \t\n'\"\\$`&|;<>()*?[]{}~#!") == std::string::npos;
  if (plain) return name;
  std::string quoted = "'";
  for (const char c : name) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

// Shapes for the inputs with free dimensions that nothing was given for: a free batch is one.
void complete(std::vector<TensorInfo>& given, const std::vector<TensorInfo>& inputs) {
  for (const TensorInfo& input : inputs) {
    if (find(given, input.name) != nullptr || input.dims.empty() || input.dims[0] >= 0) continue;
    const bool only_batch = std::count(input.dims.begin(), input.dims.end(), -1) == 1;
    if (!only_batch) continue;
    given.push_back(input);
    given.back().dims[0] = 1;
  }
}

// What a free dimension of an input of `rank` dimensions may be: a clip's or an image's usual size.
std::int64_t usual_size(std::size_t rank, std::size_t dimension) {
  constexpr std::int64_t kClip[] = {1, 3, 16, 112, 112}, kImage[] = {1, 3, 224, 224};
  return rank == 5 ? kClip[dimension] : rank == 4 ? kImage[dimension] : 1;
}

// Refuses free dimensions that nothing was given for, with the options to paste.
void require_shapes(const std::vector<TensorInfo>& given, const std::vector<TensorInfo>& inputs) {
  std::string missing, options;
  for (const TensorInfo& input : inputs) {
    if (find(given, input.name) != nullptr || std::count(input.dims.begin(), input.dims.end(), -1) == 0)
      continue;
    missing += join(missing.empty() ? "'" : ", '", input.name, "' of ", dims_text(input.dims));
    options += " --shape " + shell_word(input.name) + "=";
    for (std::size_t d = 0; d < input.dims.size(); ++d)
      options +=
          join(d == 0 ? "" : ",", input.dims[d] < 0 ? usual_size(input.dims.size(), d) : input.dims[d]);
  }
  if (missing.empty()) return;
  throw UsageError("the model leaves dimensions of " + missing + " free: give their sizes, for example" +
                   options);
}

}  // namespace

void add_session_options(CLI::App& app, SessionOptions& options, std::vector<int>* several) {
  app.add_option("--shape", options.shapes, "Shape of an input with free dimensions: NAME=1,3,16,112,112")
      ->type_name("NAME=DIMS")
      ->allow_extra_args(false);
  if (several != nullptr)
    app.add_option("--threads", *several, "Threads, several with commas between; 0: all usable cores")
        ->transform(whole_number(0, 1024))
        ->delimiter(',')
        ->type_name("N,...");
  else
    app.add_option("--threads", options.threads, "Threads; 0: all usable cores")
        ->transform(whole_number(0, 1024))
        ->type_name("N");
  app.add_option("--db", options.db, "Tuning database; none: keep nothing (default: the user's own)")
      ->type_name("FILE");
  app.add_option("--seeds", options.seeds,
                 "Rows from elsewhere, as rt3d-tune export writes them: those of this very device count as "
                 "measured, those of its relatives are tried first")
      ->check(CLI::ExistingFile)
      ->type_name("FILE")
      ->allow_extra_args(false);
  app.add_option("--device", options.device,
                 "cpu, opencl (opencl:1: the second; rt3d devices lists them), reference: slow and simple, "
                 "or auto: cpu or a GPU, measured (auto,opencl:1: cpu or that device); several with commas "
                 "between, the preferred first")
      ->type_name("NAMES")
      ->capture_default_str();
  app.add_option("--isa", options.isa, "Generate code for avx2, avx512 or neon (default: the best)")
      ->check(CLI::IsMember({"avx2", "avx512", "neon"}))
      ->type_name("NAME");
  app.add_option(
         "--accuracy", options.accuracy,
         "exact: direct methods only; default: also fast methods, whose error stays below 4e-6 of the sum "
         "of |weight| * |input|, and on OpenCL devices 16-bit weights of fully connected layers; half: also "
         "16-bit arithmetic where the device has it, below 1e-2 of the output's range")
      ->check(CLI::IsMember({"exact", "default", "half"}))
      ->type_name("NAME")
      ->capture_default_str();
  app.add_option("--weight-limit-mib", options.weight_limit_mib,
                 "Packed weights at most (default: 3 times the model's, at most an eighth of the memory); "
                 "fast methods may hold many times as much")
      ->check(finite_number(1e-3, 1e9))
      ->type_name("MIB");
}

void add_tuning_options(CLI::App& app, SessionOptions& options, bool background) {
  std::vector<std::string> known{"off", "quick", "full"};
  std::string what = "Measure schedules that are not in the database: off, quick or full";
  if (background) {
    known.emplace_back("background");
    what =
        "Measure schedules that are not in the database: off; quick or full: first; background: beside the "
        "runs";
  }
  app.add_option("--tune", options.tune, what)
      ->check(CLI::IsMember(std::move(known)))
      ->type_name("HOW")
      ->capture_default_str();
  app.add_option("--tune-ms", options.tune_ms,
                 "Measure at most this long (default: 10 s quick, no limit full)")
      ->transform(whole_number(0))
      ->type_name("MS");
  app.parse_complete_callback([&options] {
    if (options.tune == "off" && options.tune_ms >= 0)
      throw UsageError("--tune-ms is of no use where nothing is measured: give --tune quick or full with it");
    if (options.tune == "background" && options.tune_ms >= 0)
      throw UsageError(
          "--tune-ms is of no use with --tune background, which waits for nothing: leave it out");
  });
}

std::vector<TensorInfo> parse_shapes(const std::vector<std::string>& shapes,
                                     const std::vector<TensorInfo>& inputs) {
  std::vector<TensorInfo> given;
  for (const std::string& text : shapes) {
    const std::size_t equals = text.rfind('=');
    if (equals == std::string::npos && inputs.size() != 1) {
      throw UsageError("--shape " + text + " does not say which input: give NAME=1,3,16,112,112");
    }
    const std::string name = equals == std::string::npos ? inputs[0].name : text.substr(0, equals);
    const TensorInfo* input = find(inputs, name);
    if (input == nullptr) {
      std::string names;
      for (const TensorInfo& known : inputs) names += (names.empty() ? "" : ", ") + known.name;
      throw UsageError("--shape " + text + ": the model has no input '" + name + "', it has " + names);
    }
    given.push_back(
        {name, input->dtype, parse_dims(equals == std::string::npos ? text : text.substr(equals + 1))});
  }
  return given;
}

namespace {

// A name given by hand that is no tuning database is a mistake; a session by itself would go on without one.
void refuse_other_files(const SessionOptions& options) {
  if (options.db.empty() || options.db == "none") return;
  rt3d_db* db = nullptr;
  const bool refused = rt3d_db_open(&db, options.db.c_str(), 0) == RT3D_INVALID_ARGUMENT;
  const DbHandle opened(db);
  if (refused) throw Failure(rt3d_last_error());
}

// A limit that the leanest weights pass: nothing but another limit helps.
void refuse_low_limit(rt3d_status status, const SessionOptions& options) {
  const std::string why = rt3d_last_error();
  if (status != RT3D_OUT_OF_MEMORY || options.weight_limit_mib <= 0) return;
  if (const std::size_t advice = why.find(". A higher limit"); advice != std::string::npos)
    throw Failure("cannot create a session: " + why.substr(0, advice) +
                  ": give a higher --weight-limit-mib, or none");
}

// After an interruption: ": what was measured is in …".
std::string kept_text(const SessionOptions& options) {
  if (options.db == "none") return "";
  rt3d_db* db = nullptr;
  if (rt3d_db_open(&db, options.db.empty() ? nullptr : options.db.c_str(), 1) != RT3D_OK)
    return join(", and nothing was kept: ", rt3d_last_error());
  const DbHandle opened(db);
  return join(": what was measured is in ", rt3d_db_path(db), ", run again to go on");
}

}  // namespace

SessionHandle create_session(rt3d_model* model, const SessionOptions& options, std::vector<TensorInfo> given,
                             bool profile) {
  complete(given, inputs_of(model));
  require_shapes(given, inputs_of(model));
  refuse_other_files(options);
  weights_are_limited(options.weight_limit_mib > 0, options.accuracy == "exact");
  std::vector<rt3d_tensor_info> shapes;
  for (const TensorInfo& shape : given) {
    rt3d_tensor_info info = RT3D_TENSOR_INFO_INIT;
    info.name = shape.name.c_str();
    info.dtype = shape.dtype;
    info.rank = static_cast<std::int32_t>(shape.dims.size());
    std::copy(shape.dims.begin(), shape.dims.end(), info.dims);
    shapes.push_back(info);
  }
  std::vector<const char*> seeds;
  for (const std::string& file : options.seeds) seeds.push_back(file.c_str());
  TuningProgress progress(options.quiet, options.overall);
  rt3d_session_options wanted = RT3D_SESSION_OPTIONS_INIT;
  wanted.device = options.device.c_str();
  wanted.isa = options.isa.empty() ? nullptr : options.isa.c_str();
  wanted.threads = thread_count(options);
  wanted.tuning = tuning_of(options.tune);
  wanted.tuning_limit_ms = options.tune_ms;
  wanted.database = options.db.empty() ? nullptr : options.db == "none" ? "" : options.db.c_str();
  wanted.seeds = seeds.data();
  wanted.seed_count = static_cast<std::int32_t>(seeds.size());
  wanted.background_share = options.background_share;
  if (wanted.tuning != RT3D_TUNE_BACKGROUND) {  // which goes on when this is over
    wanted.progress = TuningProgress::callback;
    wanted.progress_user = &progress;
  }
  wanted.accuracy = options.accuracy == "exact"  ? RT3D_ACCURACY_EXACT
                    : options.accuracy == "half" ? RT3D_ACCURACY_HALF
                                                 : RT3D_ACCURACY_DEFAULT;
  wanted.weight_limit_bytes = static_cast<std::int64_t>(options.weight_limit_mib * 1024 * 1024);
  wanted.tune_again = options.again ? 1 : 0;
  wanted.profile = profile ? 1 : 0;
  wanted.plan_only = options.plan_only ? 1 : 0;
  wanted.input_shape_count = static_cast<std::int32_t>(shapes.size());
  wanted.input_shapes = shapes.data();
  rt3d_session* session = nullptr;
  const rt3d_status status = rt3d_session_create(&session, model, &wanted);
  if (status == RT3D_CANCELLED) {
    explain_interruption(" while tuning" + kept_text(options));
    throw Interrupted();
  }
  if (status == RT3D_INVALID_ARGUMENT) throw UsageError(join("cannot create a session: ", rt3d_last_error()));
  refuse_low_limit(status, options);
  check(status, "cannot create a session");
  progress.finish();
  SessionHandle created(session);
  if (interruption_requested()) throw Interrupted();
  return created;
}

std::vector<int> thread_counts(const std::vector<int>& several) {
  std::vector<int> counts;
  for (const int given : several.empty() ? std::vector<int>{0} : several) {
    SessionOptions one;
    one.threads = given;
    if (const int count = thread_count(one); std::ranges::find(counts, count) == counts.end())
      counts.push_back(count);
  }
  return counts;
}

int thread_count(const SessionOptions& options) {
  return options.threads > 0 ? options.threads
                             : static_cast<int>(std::max(std::thread::hardware_concurrency(), 1u));
}

std::string db_path_text(const SessionOptions& options) {
  if (!options.db.empty()) return options.db;
  rt3d_db* opened = nullptr;
  if (rt3d_db_open(&opened, nullptr, 1) != RT3D_OK) return "none";
  const DbHandle db(opened);
  const std::string path = rt3d_db_path(opened);
  return path.empty() ? "none" : path;
}

}  // namespace rt3d::cli
