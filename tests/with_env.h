// A variable of the environment for as long as the object lives; what it was before comes back.
#pragma once

#include <cstdlib>
#include <optional>
#include <string>

namespace rt3d {

class WithEnv {
 public:
  WithEnv(std::string name, const std::string& value) : name_(std::move(name)) {
    if (const char* before = std::getenv(name_.c_str())) before_ = before;
    setenv(name_.c_str(), value.c_str(), 1);
  }
  ~WithEnv() {
    if (before_)
      setenv(name_.c_str(), before_->c_str(), 1);
    else
      unsetenv(name_.c_str());
  }
  WithEnv(const WithEnv&) = delete;
  WithEnv& operator=(const WithEnv&) = delete;

 private:
  std::string name_;
  std::optional<std::string> before_;
};

}  // namespace rt3d
