# Address and undefined-behavior sanitizers, if TUMBLE_SANITIZE is on.
#
# A program that loads a sanitized library must preload the libraries of the sanitizers: tests/support/sanitizers.py. The
# check of dynamic types (vptr) is off, since it needs type information that LAMMPS and torch don't export.
function(sanitize target)
  if(TUMBLE_SANITIZE)
    set(sanitize -fsanitize=address,undefined -fno-sanitize=vptr -fno-omit-frame-pointer)
    target_compile_options(${target} PRIVATE ${sanitize} -O1 -g)
    target_link_options(${target} PRIVATE ${sanitize})
  endif()
endfunction()
