package dev.sealift.firmware;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The guests that the processor holds, by handle: 1 to 1024, the lowest free one first. */
final class GuestTable {

  /** Guests that there is room for. */
  static final int CAPACITY = 1024;

  private final @Nullable Guest[] guests = new Guest[CAPACITY + 1];

  /** The guest with a handle, or null. */
  @Nullable Guest find(int handle) {
    return handle >= 1 && handle <= CAPACITY ? guests[handle] : null;
  }

  /** The handle that the next guest will have; 0 where none is free. */
  int freeHandle() {
    for (int handle = 1; handle <= CAPACITY; handle++) {
      if (guests[handle] == null) {
        return handle;
      }
    }
    return 0;
  }

  /** Takes a guest in under its handle. */
  void add(Guest guest) {
    guests[guest.handle()] = guest;
  }

  /** Wipes a guest and frees its handle. */
  void remove(Guest guest) {
    guests[guest.handle()] = null;
    guest.wipe();
  }

  /** All guests, by handle. */
  List<Guest> all() {
    return Arrays.stream(guests).filter(Objects::nonNull).map(Guest.class::cast).toList();
  }

  int count() {
    return all().size();
  }
}
