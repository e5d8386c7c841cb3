/** Removes a container by id or name; false when there is none, or no engine answers. Its volume stays. */
export async function removeContainer(idOrName: string): Promise<boolean> {
  const { getContainerRuntimeClient } = await import('testcontainers');
  try {
    const { container } = await getContainerRuntimeClient();
    await container.getById(idOrName).remove({ force: true });
    return true;
  } catch {
    return false;
  }
}
