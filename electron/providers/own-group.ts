/**
 * The field in which a charge bears the id of its own group, '' for none, where its
 * resource may move from one group to another: what it was charged in before stays so.
 * A charge without it belongs to the group of its resource.
 */
export const OWN_GROUP = '@group';
