// What is done again and again, each time with another refusal: every call of rt3d.h, in the order in which programs make them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "interpose.h"
#include "rt3d/rt3d.h"

namespace rt3d::faults {

// A loaded fixture: what its session is asked with.
struct Fixture {
  std::string name, path;
  std::vector<std::string> input_names;          // what `shapes` points to: it is moved, never copied
  std::vector<rt3d_tensor_info> shapes;          // of inputs with free dimensions
  std::vector<std::vector<char>> inputs;         // bytes
  static Fixture load(const std::string& name);  // ends the program when it cannot be
};

enum class Work { untuned, tuned, remembered, database };
const char* work_name(Work work);

// Where the name of the call that is under way is written, for a report of a crash.
inline constexpr std::size_t kStepBytes = 64;
void write_steps_to(char* text);

struct Case {
  const Fixture* fixture;
  Work work;
  int threads;
  Resource resource;
};

// Makes the calls of one case. A call may fail by the refusal that is armed, with a status for it and a text; then the refusal is
// over, and the same call must succeed.
class Script {
 public:
  Script(const Case& what, const std::string& folder);

  void prepare();      // what must be there before: the databases that are read
  void clean() const;  // takes away what a run has written
  void run();          // all calls; their handles are freed

  // What was wrong since the script was made; "" when nothing was.
  const std::string& wrong() const { return wrong_; }
  const char* refused() const {
    return refused_;
  }                                           // the last call that answered with a failure; "" when none did
  int refusals() const { return refusals_; }  // of the last run: calls that answered with a failure

 private:
  template <typename Call>
  bool call(const char* name, Call&& make);
  template <typename Text>
  void text(const char* name, Text&& make);
  void session();
  void use(rt3d_session* session);
  void database();
  void fresh(const std::string& file) const;
  void complain(const std::string& what);
  rt3d_session_options options() const;

  Case case_;
  std::string tuned_, other_, new_;  // database files
  std::string rows_;                 // exported from tuned_
  std::vector<char> first_output_;   // what the first run gave, where all runs must give the same
  std::string wrong_;
  int refusals_ = 0;
  const char* refused_ = "";
};

}  // namespace rt3d::faults
