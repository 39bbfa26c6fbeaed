# What every target is compiled with: the language, visibility, optimisation, sanitizers, warnings.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

include(GNUInstallDirs)
if(NOT CMAKE_INSTALL_RPATH)
  set(CMAKE_INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")  # installed commands find librt3d.so beside them
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # With precompiled headers ccache wants to be told that their macros and times are what they were.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
endif()

# Release: generated code does the heavy work, so -O2 is enough and keeps builds short.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_C_FLAGS_RELEASE "-O2 -DNDEBUG")
# Debug: assertions on, lines in backtraces, and quick enough for sanitizers (-O1 compiles no faster).
set(CMAKE_CXX_FLAGS_DEBUG "-O2 -g1 -fno-omit-frame-pointer")
set(CMAKE_C_FLAGS_DEBUG "-O2 -g1 -fno-omit-frame-pointer")

if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  # What a thread has for itself (a few words) lies in the memory that it starts with: a library that was loaded later would be
  # given it at the first touch, and the C library ends the process when there is no memory left by then.
  add_compile_options(-ftls-model=initial-exec)
endif()

if(RT3D_SANITIZE)
  add_compile_options(-fsanitize=${RT3D_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${RT3D_SANITIZE})
endif()
if(RT3D_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)  # libFuzzer reads which branches an input takes
endif()

add_library(rt3d_warnings INTERFACE)
target_compile_options(rt3d_warnings INTERFACE -Wall -Wextra -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 warns falsely about std::string concatenation (gcc bug 105651).
  target_compile_options(rt3d_warnings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict -Wno-array-bounds>)
endif()
if(RT3D_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Instrumented code confuses GCC's flow analysis; release builds keep these warnings.
  target_compile_options(rt3d_warnings INTERFACE -Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow)
  if(RT3D_SANITIZE MATCHES thread)
    target_compile_options(rt3d_warnings INTERFACE -Wno-tsan)
  endif()
endif()
add_library(rt3d::warnings ALIAS rt3d_warnings)
