// What is done about each fault of a database's file, and what a reader is told.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"
#include "tuner/sqlite.h"

namespace rt3d::tuner {

enum class Remedy {
  later,    // try again after a pause
  read_on,  // give up writing, keep reading
  replace,  // move the file aside and start a fresh one
  freeze,   // read it once more as it lies there, then give it up
  leave,    // leave the file alone
};

struct RemedyRow {
  Fault fault;
  Remedy remedy;
  Code code;                // of a call that needs the file
  std::string_view did;     // by a session, which goes on
  std::string_view advice;  // to the user
};
const RemedyRow& remedy_for(Fault fault);

// SQLite quotes damaged schemas in its messages.
std::string printable_line(std::string text);

}  // namespace rt3d::tuner
